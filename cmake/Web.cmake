# The page and the figures' script: TypeScript in web/, built by Vite into files that the binary
# embeds. The sources are copied, so that nothing is written outside the build folder.
#
# A second build need not do it again: TACET_WEB_DIST names the folder where another one left them.
set(TACET_WEB_DIST "" CACHE PATH "Where page.html and figure.js are already built; empty: build them")
if(TACET_WEB_DIST)
  get_filename_component(web_dist ${TACET_WEB_DIST} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
  set(TACET_PAGE_TEMPLATE ${web_dist}/page.html)
  set(TACET_FIGURE_SCRIPT ${web_dist}/figure.js)
  foreach(file IN ITEMS ${TACET_PAGE_TEMPLATE} ${TACET_FIGURE_SCRIPT})
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "TACET_WEB_DIST: there is no ${file}")
    endif()
  endforeach()
  add_custom_target(tacet_web)
  return()
endif()

find_program(TACET_NPM npm REQUIRED)
set(TACET_WEB ${PROJECT_BINARY_DIR}/web)
set(TACET_PAGE_TEMPLATE ${TACET_WEB}/dist/page.html)
set(TACET_FIGURE_SCRIPT ${TACET_WEB}/dist/figure.js)

file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/web
  ${PROJECT_SOURCE_DIR}/web/src/* ${PROJECT_SOURCE_DIR}/web/test/*)
file(GLOB web_settings CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/web
  ${PROJECT_SOURCE_DIR}/web/*.html ${PROJECT_SOURCE_DIR}/web/*.ts ${PROJECT_SOURCE_DIR}/web/*.json)
set(web_copies)
foreach(file IN LISTS web_sources web_settings)
  add_custom_command(OUTPUT ${TACET_WEB}/${file}
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/web/${file} ${TACET_WEB}/${file}
    DEPENDS ${PROJECT_SOURCE_DIR}/web/${file})
  list(APPEND web_copies ${TACET_WEB}/${file})
endforeach()

# Not `npm ci`: that refuses a lock file without the optional packages of other systems, which not
# every registry has. The versions are the lock file's all the same.
add_custom_command(OUTPUT ${TACET_WEB}/node_modules/.package-lock.json
  COMMAND ${TACET_NPM} install --no-save --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch node_modules/.package-lock.json
  DEPENDS ${TACET_WEB}/package.json ${TACET_WEB}/package-lock.json
  WORKING_DIRECTORY ${TACET_WEB}
  COMMENT "Installing what web/ is built with" VERBATIM)
add_custom_command(OUTPUT ${TACET_PAGE_TEMPLATE}
  COMMAND ${TACET_NPM} run --silent check
  COMMAND ${TACET_NPM} run --silent page
  DEPENDS ${web_copies} ${TACET_WEB}/node_modules/.package-lock.json
  WORKING_DIRECTORY ${TACET_WEB}
  COMMENT "Building the page" VERBATIM)
add_custom_command(OUTPUT ${TACET_FIGURE_SCRIPT}
  COMMAND ${TACET_NPM} run --silent figure
  DEPENDS ${web_copies} ${TACET_WEB}/node_modules/.package-lock.json
  WORKING_DIRECTORY ${TACET_WEB}
  COMMENT "Building the figures' script" VERBATIM)
add_custom_target(tacet_web DEPENDS ${TACET_PAGE_TEMPLATE} ${TACET_FIGURE_SCRIPT})
