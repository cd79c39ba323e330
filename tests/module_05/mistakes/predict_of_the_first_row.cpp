  std::vector<std::size_t> classes(scores.rows, 0);
  for (std::size_t i = 0; i < scores.rows; ++i) {
    for (std::size_t j = 1; j < scores.columns; ++j) {
      if (scores.values[j] > scores.values[classes[i]]) classes[i] = j;
    }
  }
  return classes;
