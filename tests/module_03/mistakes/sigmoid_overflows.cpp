return std::exp(x) / (1 + std::exp(x));
