#pragma once

#include <functional>
#include <string>

// What measure.cpp of a module's tests calls: see `./tito module measure`.
namespace tinytorch::course {

/// Measures a call: the median of the times of repeated calls, and the most memory that one of them had
/// allocated with new at a time. Both become a row of the table of the test that calls this; its first row is
/// what the others are compared with.
/// @param what  the row's name: "naive", "in blocks of 32"
void measure(const std::string& what, const std::function<void()>& call);

/// Keeps a result that nothing else uses, whose computation the compiler would leave out.
template <class T>
void keep(const T& result) {
  asm volatile("" : : "g"(&result) : "memory");
}

}  // namespace tinytorch::course
