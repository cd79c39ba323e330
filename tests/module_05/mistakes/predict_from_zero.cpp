  std::vector<std::size_t> classes(scores.rows, 0);
  for (std::size_t i = 0; i < scores.rows; ++i) {
    float largest = 0;
    for (std::size_t j = 0; j < scores.columns; ++j) {
      const float score = scores.values[i * scores.columns + j];
      if (score > largest) {
        largest = score;
        classes[i] = j;
      }
    }
  }
  return classes;
