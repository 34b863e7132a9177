namespace Inference.Providers;

/// <summary>An engine that runs models or parts of them. Register one by dependency injection or in the loader. Thread-safe.</summary>
public abstract class ExecutionProvider
{
    /// <summary>The name users choose it by, such as <c>cpu</c> or <c>onnxruntime</c>; lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Says which nodes of a graph, at its original opset, the provider would run.</summary>
    public abstract NodeClaims Claim(GraphView graph);

    /// <summary>Compiles a graph made of nodes the provider claimed.</summary>
    /// <exception cref="ProviderException">It cannot be compiled after all.</exception>
    public abstract CompiledModel Compile(GraphView subgraph, CompileContext context);
}
