# embedding.cmake - what `cmake --install` puts in place for who embeds the compiler and the VM: the static libraries,
# their public headers, and escal.pc for pkg-config. Component `devel`: `cmake --install build/release --component devel`
# installs these alone.
function(esc_install_embedding)
    install(TARGETS esc_kit esc_vm esc_grammar esc_compiler
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT devel)
    foreach(folder vm grammar compiler)
        install(DIRECTORY ${CMAKE_SOURCE_DIR}/${folder}/include/esc
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT devel
            FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
    endforeach()
    # The prefix may be chosen when it is installed, so the file finds it from where it lies itself.
    file(RELATIVE_PATH esc_up_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    configure_file(${CMAKE_SOURCE_DIR}/cmake/escal.pc.in ${CMAKE_BINARY_DIR}/escal.pc @ONLY)
    install(FILES ${CMAKE_BINARY_DIR}/escal.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT devel)
endfunction()
