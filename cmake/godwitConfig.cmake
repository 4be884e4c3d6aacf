# find_package(godwit): godwit::godwit is the shared library, godwit::static
# the archive.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/godwitTargets.cmake)
