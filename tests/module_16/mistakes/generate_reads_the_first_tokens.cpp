  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = std::min(context, tokens.size());
    const int token = next(std::span<const int>(tokens).first(size));
    tokens.push_back(token);
    if (token == end) break;
  }
  return tokens;
