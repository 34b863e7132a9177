namespace Inference.Providers;

/// <summary>An engine that runs models or parts of them. Register one through dependency injection or in the loader. Thread-safe.</summary>
public abstract class ExecutionProvider
{
    /// <summary>The name by which users select it, such as <c>cpu</c> or <c>onnxruntime</c>; lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Returns the nodes of a graph, at its original opset, that the provider would run.</summary>
    public abstract NodeClaims Claim(GraphView graph);

    /// <summary>Compiles a graph that consists of nodes the provider claimed.</summary>
    /// <exception cref="ProviderException">The graph cannot be compiled despite the claim.</exception>
    public abstract CompiledModel Compile(GraphView subgraph, CompileContext context);
}
