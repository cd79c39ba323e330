  double sum = 0;
  for (float& element : gradient) {
    sum += static_cast<double>(element) * element;
    element = static_cast<float>(std::fmin(std::fmax(element, -longest), longest));
  }
  return std::sqrt(sum);
