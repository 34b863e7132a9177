using Microsoft.Extensions.ObjectPool;

namespace Inference.AspNetCore.Rest;

/// <summary>Buffers for JSON of responses. Thread-safe.</summary>
internal sealed class JsonBuffers
{
    private readonly DefaultObjectPool<JsonBuffer> _pool = new(new Policy());

    public JsonBuffer Rent() => _pool.Get();

    public void Return(JsonBuffer buffer) => _pool.Return(buffer);

    private sealed class Policy : PooledObjectPolicy<JsonBuffer>
    {
        public override JsonBuffer Create() => new();

        public override bool Return(JsonBuffer buffer) => buffer.Reset();
    }
}
