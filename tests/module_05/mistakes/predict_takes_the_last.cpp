  std::vector<std::size_t> classes(scores.rows, 0);
  for (std::size_t i = 0; i < scores.rows; ++i) {
    const float* const row = scores.values.data() + i * scores.columns;
    for (std::size_t j = 1; j < scores.columns; ++j) {
      if (row[j] >= row[classes[i]]) classes[i] = j;
    }
  }
  return classes;
