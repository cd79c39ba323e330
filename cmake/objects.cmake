# How the library's own sources are compiled.

# Several small sources are compiled as one: most of their time goes into headers and instantiations that they share. So
# names of one file, in its anonymous namespace, must differ from those of the other files of its target. Large sources
# are compiled each alone (a batch size of 1); but all in one where TINYTORCH_UNITY_BUILD is ALL.
function(tinytorch_unity target batch_size)
  if(TINYTORCH_UNITY_BUILD STREQUAL ALL)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  elseif(TINYTORCH_UNITY_BUILD AND batch_size GREATER 1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch_size})
  else()
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF) # whatever a project says that includes this one
  endif()
endfunction()

# What the library's sources include, and programs with the static library link.
function(tinytorch_link_dependencies target)
  target_link_libraries(${target} PRIVATE fmt::fmt TinyTorch::hwy_contrib TinyTorch::hwy TinyTorch::png TinyTorch::z)
  if(TINYTORCH_OPENMP)
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  endif()
  if(TINYTORCH_ONEDNN)
    target_link_libraries(${target} PRIVATE TinyTorch::dnnl)
  endif()
endfunction()

# tinytorch_add_objects(NAME HEADER SOURCE...): objects of the library, the same for the static and the shared one. Most of
# the sources include the header.
function(tinytorch_add_objects name header)
  add_library(${name} OBJECT ${ARGN})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/include)
  # a*b+c is rounded twice unless a kernel asks for an fma, so that no compiler or option changes the bits.
  # errno and floating-point traps have no users here, and giving them up lets loops vectorize.
  target_compile_options(
    ${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-fno-math-errno;-fno-trapping-math>")
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  tinytorch_link_dependencies(${name})
  target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json)
  if(TINYTORCH_ONEDNN)
    target_compile_definitions(${name} PRIVATE TINYTORCH_WITH_ONEDNN)
  endif()
  tinytorch_warnings(${name})
  target_precompile_headers(${name} PRIVATE <algorithm> <array> <cmath> <functional> <memory> <optional> <span> <string>
                            <vector> <fmt/format.h> ${header})
endfunction()

# tinytorch_add_library(NAME OBJECTS...): a library of such objects, with what programs that link it need.
function(tinytorch_add_library name)
  set(objects "")
  foreach(group ${ARGN})
    list(APPEND objects $<TARGET_OBJECTS:${group}>)
  endforeach()
  add_library(${name} ${objects})
  # Only what was asked for links the CPU's.
  if(name STREQUAL "tinytorch_cpu")
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(${name} PUBLIC cxx_std_20)
  # Users include <tinytorch/tinytorch.h>; our own sources and headers include from the root, "core/tensor.h".
  target_include_directories(
    ${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                   $<INSTALL_INTERFACE:include>)
  tinytorch_link_dependencies(${name})
  if(tinytorch_cuda_kernels IN_LIST ARGN)
    tinytorch_link_cuda(${name})
  else()
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/kernels/no_cuda.cpp)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    tinytorch_warnings(${name})
  endif()
endfunction()
