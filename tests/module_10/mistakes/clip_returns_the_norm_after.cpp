  double sum = 0;
  for (const float element : gradient) sum += static_cast<double>(element) * element;
  const double norm = std::sqrt(sum);
  if (norm <= longest) return norm;
  for (float& element : gradient) element = static_cast<float>(element * (longest / norm));
  return longest;
