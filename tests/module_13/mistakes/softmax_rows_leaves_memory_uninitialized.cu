  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  const float* const from = x + static_cast<long long>(blockIdx.x) * columns;
  float* const to = y + static_cast<long long>(blockIdx.x) * columns;
  double largest = -INFINITY, sum = 0;
  for (int i = t; i < columns; i += kThreads) largest = from[i] > largest ? from[i] : largest;
  if (t < columns) partial[t] = largest;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride && partial[t + stride] > partial[t]) partial[t] = partial[t + stride];
    __syncthreads();
  }
  largest = partial[0];
  __syncthreads();
  for (int i = t; i < columns; i += kThreads) sum += exp(from[i] - largest);
  if (t < columns) partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  for (int i = t; i < columns; i += kThreads) to[i] = static_cast<float>(exp(from[i] - largest) / partial[0]);
