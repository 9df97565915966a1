# The installed library (find_package(tacet) gives tacet::tacet) and the tool with its manual page
# and completions. A project that takes tacet in as a part of itself installs what it wants.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(tacet_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tacet)

install(TARGETS tacet EXPORT tacetTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tacet TYPE INCLUDE)
install(EXPORT tacetTargets NAMESPACE tacet:: DESTINATION ${tacet_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/tacetConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/tacetConfig.cmake INSTALL_DESTINATION ${tacet_package_dir})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/tacetConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/package/tacetConfig.cmake
  ${PROJECT_BINARY_DIR}/package/tacetConfigVersion.cmake
  DESTINATION ${tacet_package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md TYPE DOC)

install(TARGETS tacet_cli)
# The tool writes its own manual page and completions. Where it cannot run, since it was built for
# another machine, they are left out.
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
  # tacet_generated(<file> DESTINATION <folder> NAME <installed name> COMMAND <argument>...)
  function(tacet_generated file)
    cmake_parse_arguments(ARG "" "DESTINATION;NAME" "COMMAND" ${ARGN})
    set(output ${PROJECT_BINARY_DIR}/generated/${file})
    add_custom_command(OUTPUT ${output} COMMAND tacet_cli ${ARG_COMMAND} > ${output}
      DEPENDS tacet_cli COMMENT "Writing ${file}" VERBATIM)
    set_property(GLOBAL APPEND PROPERTY tacet_generated_files ${output})
    install(FILES ${output} DESTINATION ${ARG_DESTINATION} RENAME ${ARG_NAME})
  endfunction()
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
  tacet_generated(tacet.1 COMMAND man DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 NAME tacet.1)
  tacet_generated(tacet.bash COMMAND completions bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions NAME tacet)
  tacet_generated(_tacet COMMAND completions zsh
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions NAME _tacet)
  tacet_generated(tacet.fish COMMAND completions fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d NAME tacet.fish)
  get_property(generated_files GLOBAL PROPERTY tacet_generated_files)
  add_custom_target(tacet_generated ALL DEPENDS ${generated_files})
endif()

# Installs into the build folder and builds the examples with what is there, as a user would.
if(TACET_BUILD_TESTS)
  set(example_flags ${CMAKE_CXX_FLAGS})
  if(TACET_SANITIZE)
    string(APPEND example_flags " -fsanitize=address,undefined -fno-sanitize-recover=all")
  endif()
  add_test(NAME examples COMMAND ${CMAKE_COMMAND}
    -D BUILD=${PROJECT_BINARY_DIR} -D SOURCE=${PROJECT_SOURCE_DIR}/examples
    -D CONFIG=$<CONFIG> -D GENERATOR=${CMAKE_GENERATOR} -D COMPILER=${CMAKE_CXX_COMPILER}
    -D FLAGS=${example_flags} -P ${PROJECT_SOURCE_DIR}/cmake/TestExamples.cmake)
endif()
