  const std::vector<int> prompt = tokens;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = std::min(context, prompt.size());
    const int token = next(std::span<const int>(prompt).last(size));
    tokens.push_back(token);
    if (token == end) break;
  }
  return tokens;
