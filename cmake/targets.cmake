# targets.cmake - the shapes that targets come in: a library, a program.

# esc_library(name source...): a static library with the house flags. Its public headers are in include/,
# and its private ones are seen by its own sources only.
function(esc_library name)
    add_library(${name} STATIC ${ARGN})
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
                                       PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE esc_flags)
endfunction()

# esc_program(name source...): an executable in bin/, installed by `cmake --install`.
function(esc_program name)
    add_executable(${name} ${ARGN})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE esc_flags)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
