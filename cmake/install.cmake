# What `make install` puts where, beside the command.  Nothing installed names
# the place it was built in, and the tree can be moved after installation.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/godwit)
install(TARGETS godwit_static godwit_shared EXPORT godwit
        DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# find_package(godwit) gives godwit::godwit (shared) and godwit::static.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/godwitConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(EXPORT godwit NAMESPACE godwit:: FILE godwitTargets.cmake
        DESTINATION ${package})
install(FILES cmake/godwitConfig.cmake
              ${PROJECT_BINARY_DIR}/godwitConfigVersion.cmake
        DESTINATION ${package})

# pkg-config finds the prefix from the place of the file itself.
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up ${up})
configure_file(cmake/godwit.pc.in godwit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/godwit.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The command prints its own page and completions, where it can run.
if(TARGET godwit AND NOT CMAKE_CROSSCOMPILING)
    set(pages ${PROJECT_BINARY_DIR}/pages)
    file(MAKE_DIRECTORY ${pages})
    add_custom_command(TARGET godwit POST_BUILD
        COMMAND godwit completion man > ${pages}/godwit.1
        COMMAND godwit completion bash > ${pages}/godwit.bash
        COMMAND godwit completion zsh > ${pages}/godwit.zsh
        COMMAND godwit completion fish > ${pages}/godwit.fish
        VERBATIM)
    set(data ${CMAKE_INSTALL_DATADIR})
    install(FILES ${pages}/godwit.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${pages}/godwit.bash RENAME godwit
            DESTINATION ${data}/bash-completion/completions)
    install(FILES ${pages}/godwit.zsh RENAME _godwit
            DESTINATION ${data}/zsh/site-functions)
    install(FILES ${pages}/godwit.fish
            DESTINATION ${data}/fish/vendor_completions.d)
endif()
