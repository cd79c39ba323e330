# Finds the libraries that the library is linked with. Used by this build, and by the installed package: a
# program that links the static library links these too.

# Makes the imported target TinyTorch::<name> from a header and a library file. The CMake files that
# distributions ship for these are not always there, and Debian's for oneDNN asks for OpenCL headers, which
# are of no use here. Further arguments are folders to look in first, or below.
function(tinytorch_import name header)
  find_path(TINYTORCH_${name}_INCLUDE_DIR ${header} HINTS ${ARGN} PATH_SUFFIXES include)
  find_library(TINYTORCH_${name}_LIBRARY ${name} HINTS ${ARGN} PATH_SUFFIXES lib64 lib lib/x64)
  mark_as_advanced(TINYTORCH_${name}_INCLUDE_DIR TINYTORCH_${name}_LIBRARY)
  if(TINYTORCH_${name}_INCLUDE_DIR AND TINYTORCH_${name}_LIBRARY AND NOT TARGET TinyTorch::${name})
    add_library(TinyTorch::${name} UNKNOWN IMPORTED)
    set_target_properties(
      TinyTorch::${name} PROPERTIES IMPORTED_LOCATION ${TINYTORCH_${name}_LIBRARY}
                                    INTERFACE_INCLUDE_DIRECTORIES ${TINYTORCH_${name}_INCLUDE_DIR})
  endif()
endfunction()

# Looks for everything, and puts into `missing` what was not found, as "what (its package)".
macro(tinytorch_find_dependencies missing)
  set(${missing} "")
  find_package(fmt 9 CONFIG QUIET)
  if(NOT fmt_FOUND)
    list(APPEND ${missing} "fmt 9 or later (libfmt-dev)")
  endif()
  tinytorch_import(hwy hwy/highway.h)
  if(NOT TARGET TinyTorch::hwy)
    list(APPEND ${missing} "Highway (libhwy-dev)")
  endif()
  if(TINYTORCH_OPENMP)
    find_package(OpenMP QUIET COMPONENTS CXX)
    if(NOT OpenMP_CXX_FOUND)
      list(APPEND ${missing} "OpenMP (libgomp1, with g++)")
    endif()
  endif()
  if(TINYTORCH_ONEDNN)
    tinytorch_import(dnnl dnnl.hpp)
    if(NOT TARGET TinyTorch::dnnl)
      list(APPEND ${missing} "oneDNN (libdnnl-dev), or -DTINYTORCH_ONEDNN=OFF")
    endif()
  endif()
  if(TINYTORCH_CUDA STREQUAL nvcc)
    tinytorch_import_cuda(${missing})
  endif()
endmacro()

# The folders that a CUDA toolkit may lie in; nvcc is in the bin folder of one, or of what it links to.
function(tinytorch_cuda_roots result)
  find_program(TINYTORCH_NVCC nvcc HINTS ${CMAKE_CUDA_COMPILER} ENV CUDACXX ENV CUDA_HOME ENV CUDA_PATH
               PATHS /usr/local/cuda PATH_SUFFIXES bin)
  mark_as_advanced(TINYTORCH_NVCC)
  set(roots $ENV{CUDA_HOME} $ENV{CUDA_PATH})
  if(TINYTORCH_NVCC)
    get_filename_component(nvcc ${TINYTORCH_NVCC} REALPATH)
    get_filename_component(bin ${nvcc} DIRECTORY)
    get_filename_component(root ${bin} DIRECTORY)
    list(APPEND roots ${root})
  endif()
  list(APPEND roots /usr/local/cuda)
  foreach(root ${roots})
    list(APPEND roots ${root}/targets/${CMAKE_SYSTEM_PROCESSOR}-linux)
  endforeach()
  set(${result} "${roots}" PARENT_SCOPE)
endfunction()

# The toolkit's libraries. Not by find_package(CUDAToolkit), which knows one layout of folders only.
macro(tinytorch_import_cuda missing)
  tinytorch_cuda_roots(cuda_roots)
  tinytorch_import(cudart cuda_runtime.h ${cuda_roots})
  tinytorch_import(cublas cublas_v2.h ${cuda_roots})
  tinytorch_import(cublasLt cublasLt.h ${cuda_roots})
  tinytorch_import(cudnn cudnn.h $ENV{CUDNN_ROOT} ${cuda_roots})
  foreach(library cudart cublas cublasLt cudnn)
    if(NOT TARGET TinyTorch::${library})
      list(APPEND ${missing} "${library}, of the CUDA toolkit and cuDNN (CUDA_HOME and CUDNN_ROOT say where)")
    endif()
  endforeach()
endmacro()

# Stops the configuration with one message that names everything that is missing.
function(tinytorch_require_dependencies)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
    message(FATAL_ERROR "TinyTorch is C++20 and needs g++ 12 or later; this is ${CMAKE_CXX_COMPILER_VERSION} "
                        "(${CMAKE_CXX_COMPILER}). -DCMAKE_CXX_COMPILER=... chooses another.")
  endif()
  tinytorch_find_dependencies(missing)
  tinytorch_require("${missing}")
endfunction()

function(tinytorch_require missing)
  if(missing)
    list(JOIN missing "\n  " list)
    message(FATAL_ERROR "TinyTorch needs, of Debian's and Ubuntu's packages if not said otherwise:\n  ${list}\n"
                        "./tito installs all of them; docker/packages.txt is the list.")
  endif()
endfunction()
