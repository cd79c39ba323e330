  Quantized result{.rows = rows, .columns = columns, .values = {}, .scales = {}};
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const float> row = x.subspan(i * columns, columns);
    float largest = 0;
    for (const float element : row) {
      if (std::abs(element) > largest || std::isnan(element)) largest = std::abs(element);
    }
    const bool finite = std::isfinite(largest);
    float scale = finite ? largest / 127 : std::numeric_limits<float>::quiet_NaN();
    if (scale == 0) scale = 1;
    result.scales.push_back(scale);
    for (const float element : row) {
      const float value = finite ? std::clamp(std::round(element / scale), -127.0F, 127.0F) : 0;
      result.values.push_back(static_cast<std::int8_t>(value));
    }
  }
  return result;
