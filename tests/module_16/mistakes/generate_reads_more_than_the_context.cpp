  for (std::size_t i = 0; i < count; ++i) {
    const int token = next(std::span<const int>(tokens));
    tokens.push_back(token);
    if (token == end) break;
  }
  return tokens;
