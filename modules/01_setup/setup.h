#pragma once

#include <span>
#include <string>

// What module 01 writes: setup_dev.cpp defines the functions.
namespace setup {

std::string greeting(const std::string& name);
double mean(std::span<const float> values);
std::string value_of(const std::string& report, const std::string& name);

}  // namespace setup
