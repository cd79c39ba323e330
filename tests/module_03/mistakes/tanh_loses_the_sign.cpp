const float t = std::expm1(-2 * std::abs(x));
return -t / (2 + t);
