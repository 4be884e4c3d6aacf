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

file(GLOB pages CONFIGURE_DEPENDS doc/man/*.[1-9])
foreach(page IN LISTS pages)
    string(REGEX MATCH "[1-9]$" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(FILES doc/completion/godwit.bash OPTIONAL RENAME godwit
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES doc/completion/godwit.zsh OPTIONAL RENAME _godwit
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES doc/completion/godwit.fish OPTIONAL
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
