  for (std::size_t i = 0; i < count; ++i) {
    if (tokens.size() > context) tokens.erase(tokens.begin(), tokens.end() - static_cast<std::ptrdiff_t>(context));
    const int token = next(std::span<const int>(tokens));
    tokens.push_back(token);
    if (token == end) break;
  }
  return tokens;
