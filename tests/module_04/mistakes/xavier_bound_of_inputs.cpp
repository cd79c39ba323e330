  return std::sqrt(6.0 / static_cast<double>(in));
