  float sum = 0;
  for (const float element : gradient) sum += element * element;
  const float norm = std::sqrt(sum);
  if (norm > longest) {
    for (float& element : gradient) element = static_cast<float>(element * (longest / norm));
  }
  return norm;
