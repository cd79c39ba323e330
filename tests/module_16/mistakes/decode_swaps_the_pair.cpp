  std::vector<std::string> texts;
  for (int byte = 0; byte < kBytes; ++byte) texts.emplace_back(1, static_cast<char>(byte));
  for (const Merge& merge : merges) {
    texts.push_back(texts[static_cast<std::size_t>(merge.right)] +
                    texts[static_cast<std::size_t>(merge.left)]);
  }
  std::string text;
  for (const int token : tokens) text += texts[static_cast<std::size_t>(token)];
  return text;
