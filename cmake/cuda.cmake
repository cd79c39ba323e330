# The CUDA backend, kernels/cuda: compiled by nvcc for GPUs; or by the host's compiler, for the emulated device
# of kernels/simt that runs kernels on the host.
set(TINYTORCH_CUDA OFF CACHE STRING "The CUDA backend: OFF, nvcc (for GPUs) or emulated (on the host)")
set_property(CACHE TINYTORCH_CUDA PROPERTY STRINGS OFF nvcc emulated)

set(TINYTORCH_CONTRACT OFF CACHE BOOL
    "Round a*b+c in kernels of the emulated device once, as nvcc does, where this machine can (with native instruction sets)")

if(NOT TINYTORCH_CUDA MATCHES "^(OFF|nvcc|emulated)$")
  message(FATAL_ERROR "TINYTORCH_CUDA is ${TINYTORCH_CUDA}; it must be OFF, nvcc or emulated")
endif()

# Sets the compiler up for GPUs. A macro, as languages belong to the whole project.
macro(tinytorch_enable_nvcc)
  tinytorch_cuda_roots(cuda_roots)
  if(NOT TINYTORCH_NVCC)
    message(FATAL_ERROR "TINYTORCH_CUDA=nvcc needs the CUDA toolkit, and there is no nvcc. CUDA_HOME says where it "
                        "is; without one, TINYTORCH_CUDA=emulated runs the kernels on the host.")
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER ${TINYTORCH_NVCC})
  endif()
  # From Turing on: every GPU that CUDA 13 knows.
  if(NOT CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 100-real 120
        CACHE STRING "The GPUs to compile for")
  endif()
  # The host's part of a CUDA source is compiled by the compiler of all other sources.
  if(NOT CMAKE_CUDA_HOST_COMPILER)
    set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
  endif()
  set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
  enable_language(CUDA)
  # CMake 3.25 does not know that nvcc 12 and later have C++20.
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_EXTENSIONS OFF)
endmacro()

# The backend's objects, as a group of the library's.
function(tinytorch_add_cuda_objects name)
  file(GLOB host CONFIGURE_DEPENDS kernels/cuda/*.cpp)
  file(GLOB kernels CONFIGURE_DEPENDS kernels/cuda/*.cu)
  if(TINYTORCH_CUDA STREQUAL emulated)
    list(REMOVE_ITEM host ${PROJECT_SOURCE_DIR}/kernels/cuda/hardware_gpu.cpp)
    simt_emulate(kernels ${kernels})
    set(options ${TINYTORCH_KERNEL_FLAGS})
    # Emulated kernels are compiled longer than they run.
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
      list(APPEND options -O1)
    endif()
    if(TINYTORCH_CONTRACT)
      list(APPEND options ${instruction_set_flags} -ffp-contract=fast)
      # Random numbers have the same bits everywhere: see kernels/math/distributions-inl.h.
      set(same_bits ${kernels})
      list(FILTER same_bits INCLUDE REGEX "/random[.]cu")
      set_property(SOURCE ${same_bits} APPEND PROPERTY COMPILE_OPTIONS -ffp-contract=off)
      set_source_files_properties(${same_bits} PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  else()
    list(REMOVE_ITEM host ${PROJECT_SOURCE_DIR}/kernels/cuda/hardware_emulated.cpp)
    # As above.
    set_source_files_properties(kernels/cuda/random.cu PROPERTIES COMPILE_OPTIONS -fmad=false)
    # Without a bound ptxas spills, for sm_80, in the subroutine of f64 division that kernels share.
    set_source_files_properties(kernels/cuda/arithmetic.cu PROPERTIES COMPILE_OPTIONS -maxrregcount=64)
  endif()
  tinytorch_add_objects(${name} "${PROJECT_SOURCE_DIR}/core/tensor.h" ${host} ${kernels})
  tinytorch_link_cuda(${name})
  target_compile_options(${name} PRIVATE ${options})
endfunction()

# Kernels may call the constexpr functions of core and of the standard library. A kernel that spills registers is
# an error, where warnings are.
function(tinytorch_use_toolkit target)
  target_link_libraries(${target} PRIVATE TinyTorch::cudart TinyTorch::cublas TinyTorch::cublasLt TinyTorch::cudnn)
  set(warnings -Xcompiler=-Wall,-Wextra,-Wno-unknown-pragmas -Xptxas=-warn-spills)
  if(TINYTORCH_WARNINGS_AS_ERRORS)
    list(APPEND warnings -Werror=all-warnings -Xptxas=-Werror)
  endif()
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;${warnings}>")
endfunction()

# Links a target with what the backend needs.
function(tinytorch_link_cuda target)
  if(TINYTORCH_CUDA STREQUAL emulated)
    target_link_libraries(${target} PRIVATE simt::simt)
  elseif(TINYTORCH_CUDA)
    tinytorch_use_toolkit(${target})
  endif()
endfunction()
