using Inference.OnnxRuntime.Native;
using Inference.Providers;

namespace Inference.OnnxRuntime;

/// <summary>A graph compiled into a session.</summary>
internal sealed class OnnxRuntimeCompiledModel(SessionCore core) : ICompiledModel
{
    public void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken) => core.Run(this, inputs!, outputs, cancellationToken);

    public void Dispose() => core.Dispose();
}
