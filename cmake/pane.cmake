# pane.cmake - esc_pane_source(VARIABLE): the C file with the web UI in it, made by Node from web/ at build time.
#
# ESC_PANE says whether it is: ON stops the configuration where it cannot be (no node, no npm, packages that cannot be
# fetched), OFF leaves it out, AUTO takes it where it can be and says so where not. Without it `escald` serves a page that
# says how one gets it, and everything else as ever.
set(ESC_PANE AUTO CACHE STRING "The web UI: ON, OFF, or AUTO for where Node and its packages can be had")
set_property(CACHE ESC_PANE PROPERTY STRINGS AUTO ON OFF)
set(ESC_PANE_NODE_MAJOR 18)

# What package-lock.json pins, fetched once for a build folder; `failed` gets the reason, or nothing.
function(esc_pane_fetch folder failed)
    file(SHA256 ${CMAKE_SOURCE_DIR}/web/package-lock.json wanted)
    set(${failed} "" PARENT_SCOPE)
    if(EXISTS ${folder}/fetched)
        file(READ ${folder}/fetched found)
        if(found STREQUAL wanted)
            return()
        endif()
    endif()
    file(COPY ${CMAKE_SOURCE_DIR}/web/package.json ${CMAKE_SOURCE_DIR}/web/package-lock.json DESTINATION ${folder})
    message(STATUS "Fetching what the web UI is bundled with (npm)")
    execute_process(COMMAND ${ESC_NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
        WORKING_DIRECTORY ${folder} TIMEOUT 180 RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors INPUT_FILE /dev/null)
    if(NOT status EQUAL 0)
        string(STRIP "${errors}" errors)
        string(REGEX REPLACE "\n.*" "" errors "${errors}")
        set(${failed} "npm cannot fetch its packages: ${errors}" PARENT_SCOPE)
        return()
    endif()
    file(WRITE ${folder}/fetched "${wanted}")
endfunction()

# Why it cannot be built here; empty where it can.
function(esc_pane_ready folder reason)
    find_program(ESC_NODE NAMES node nodejs)
    find_program(ESC_NPM npm)
    if(NOT ESC_NODE OR NOT ESC_NPM)
        set(${reason} "node and npm are not there (Debian: nodejs npm)" PARENT_SCOPE)
        return()
    endif()
    execute_process(COMMAND ${ESC_NODE} -p "process.versions.node.split('.')[0]" OUTPUT_VARIABLE major OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT major GREATER_EQUAL ESC_PANE_NODE_MAJOR)
        set(${reason} "node is older than ${ESC_PANE_NODE_MAJOR}" PARENT_SCOPE)
        return()
    endif()
    esc_pane_fetch(${folder} failed)
    set(${reason} "${failed}" PARENT_SCOPE)
endfunction()

function(esc_pane_source variable)
    set(folder ${CMAKE_BINARY_DIR}/web)
    set(why "ESC_PANE is off")
    if(ESC_PANE)
        esc_pane_ready(${folder} why)
    endif()
    if(why AND ESC_PANE AND NOT ESC_PANE STREQUAL "AUTO")
        message(FATAL_ERROR "The web UI cannot be built: ${why}. -DESC_PANE=OFF leaves it out.")
    elseif(why)
        message(STATUS "Without the web UI: ${why}")
        set(${variable} ${CMAKE_SOURCE_DIR}/runtime/pane/pane_none.c PARENT_SCOPE)
        return()
    endif()
    # esbuild follows imports; this is what it may meet. Looked for when CMake runs, not at every build: that would make
    # a build folder never up to date.
    file(GLOB_RECURSE sources ${CMAKE_SOURCE_DIR}/web/*)
    add_custom_command(OUTPUT ${folder}/pane_files.c
        COMMAND ${ESC_NODE} ${CMAKE_SOURCE_DIR}/web/build.mjs ${folder} ${folder}
        DEPENDS ${sources} ${folder}/fetched VERBATIM COMMENT "Bundling the web UI")
    set(${variable} ${folder}/pane_files.c PARENT_SCOPE)
endfunction()
