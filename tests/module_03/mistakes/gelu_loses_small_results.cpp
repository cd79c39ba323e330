return x / 2 * (1 + std::erf(x / std::sqrt(2.0F)));
