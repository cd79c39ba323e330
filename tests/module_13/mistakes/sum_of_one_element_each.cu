  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  double sum = 0;
  const long long i = static_cast<long long>(blockIdx.x) * kThreads + t;
  if (i < n) sum = x[i];
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = static_cast<float>(partial[0]);
