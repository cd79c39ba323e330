  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  const long long stride_of_grid = static_cast<long long>(gridDim.x) * kThreads;
  double sum = 0;
  for (long long i = static_cast<long long>(blockIdx.x) * kThreads + t; i < n; i += stride_of_grid)
    sum += x[i];
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) sums[0] += static_cast<float>(partial[0]);
