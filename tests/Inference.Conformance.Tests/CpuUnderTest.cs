using Inference.Conformance.Models;
using Inference.Providers;

namespace Inference.Conformance.Tests;

public sealed class CpuUnderTest : IProviderUnderTest
{
    public IReadOnlyCollection<string> Models { get; } = [.. ConformanceModels.All.Select(static model => model.Name)];

    public ExecutionProvider Create() => new Renamed(new CpuExecutionProvider());

    // Beside the engine itself, which the loader knows as "cpu".
    private sealed class Renamed(ExecutionProvider provider) : ExecutionProvider
    {
        public override string Name => provider.Name + "-provider";

        public override NodeClaims Claim(GraphView graph) => provider.Claim(graph);

        public override CompiledModel Compile(GraphView subgraph, CompileContext context) => provider.Compile(subgraph, context);
    }
}
