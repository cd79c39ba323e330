  const std::size_t columns = weight.columns, outputs = weight.rows;
  std::vector<std::int8_t> values(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const float> row = x.subspan(i * columns, columns);
    float largest = 0;
    for (const float element : row) {
      largest = std::max(largest, std::abs(element));
    }
    const bool finite = std::isfinite(largest);
    float scale = finite ? largest / 127 : std::numeric_limits<float>::quiet_NaN();
    if (scale == 0) scale = 1;
    for (std::size_t k = 0; k < columns; ++k) {
      const float value = finite ? std::clamp(std::nearbyint(row[k] / scale), -127.0F, 127.0F) : 0;
      values[k] = static_cast<std::int8_t>(value);
    }
    for (std::size_t j = 0; j < outputs; ++j) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < columns; ++k) sum += values[k] * weight.values[j * columns + k];
      const double product = static_cast<double>(scale) * weight.scales[j] * sum;
      y[i * outputs + j] = static_cast<float>(product + (bias.empty() ? 0 : bias[j]));
    }
  }
