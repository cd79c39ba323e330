  const std::size_t columns = weight.columns, outputs = weight.rows;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < outputs; ++j) {
      double sum = bias.empty() ? 0 : bias[j];
      for (std::size_t k = 0; k < columns; ++k)
        sum += static_cast<double>(x[i * columns + k]) * weight.scales[j] * weight.values[j * columns + k];
      y[i * outputs + j] = static_cast<float>(sum);
    }
  }
