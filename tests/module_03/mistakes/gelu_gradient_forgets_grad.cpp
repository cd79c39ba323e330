const float density = std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0F));
return std::erfc(-x / std::sqrt(2.0F)) / 2 + x * density;
