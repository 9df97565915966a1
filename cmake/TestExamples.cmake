# Run by the test `examples`: a fresh installation under BUILD/stage, then SOURCE configured, built
# and tested with nothing of tacet but that.
cmake_minimum_required(VERSION 3.25)
set(stage ${BUILD}/stage)
set(examples ${BUILD}/examples)
file(REMOVE_RECURSE ${stage} ${examples})

macro(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endmacro()

run(${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${stage})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${examples} -G ${GENERATOR}
  -D CMAKE_BUILD_TYPE=${CONFIG} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS}
  -D CMAKE_PREFIX_PATH=${stage} -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run(${CMAKE_COMMAND} --build ${examples} --config ${CONFIG} --parallel 2)
run(${CMAKE_CTEST_COMMAND} --test-dir ${examples} -C ${CONFIG} --output-on-failure
  --no-tests=error)

# What the examples do not touch must have been installed too.
foreach(file bin/tacet share/man/man1/tacet.1 share/bash-completion/completions/tacet
    share/zsh/site-functions/_tacet share/fish/vendor_completions.d/tacet.fish)
  if(NOT EXISTS ${stage}/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
  file(SIZE ${stage}/${file} size)
  if(size EQUAL 0)
    message(FATAL_ERROR "${file} was installed empty")
  endif()
endforeach()
run(${stage}/bin/tacet --version)
