  std::string text;
  for (const int token : tokens) {
    if (token < kBytes) {
      text += static_cast<char>(token);
    } else {
      text += static_cast<char>(merges[static_cast<std::size_t>(token - kBytes)].left);
      text += static_cast<char>(merges[static_cast<std::size_t>(token - kBytes)].right);
    }
  }
  return text;
