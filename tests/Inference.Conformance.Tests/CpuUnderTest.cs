using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance.Tests;

public sealed class CpuUnderTest : IProviderUnderTest
{
    public IReadOnlyCollection<string> Models { get; } = [.. ConformanceModels.All.Select(static model => model.Name)];

    public IExecutionProvider Create() => new Renamed(new CpuExecutionProvider());

    // Beside the engine itself, which the loader knows as "cpu".
    private sealed class Renamed(IExecutionProvider provider) : IExecutionProvider
    {
        public string Name => provider.Name + "-provider";

        public NodeClaims Claim(IGraphView graph) => provider.Claim(graph);

        public ICompiledModel Compile(IGraphView subgraph, CompileContext context) => provider.Compile(subgraph, context);
    }
}
