return x * std::erfc(-x / std::sqrt(2.0F));
