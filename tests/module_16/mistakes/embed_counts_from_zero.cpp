  if (tokens.empty()) return;
  const std::size_t width = y.size() / tokens.size();
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const auto token = static_cast<std::size_t>(tokens[t]);
    for (std::size_t l = 0; l < width; ++l)
      y[t * width + l] = token_table[token * width + l] + position_table[t * width + l];
  }
