namespace Inference.Providers;

/// <summary>An engine that runs models or parts of them. Register one by dependency injection or in the loader. Thread-safe.</summary>
public interface IExecutionProvider
{
    /// <summary>The name users choose it by, such as <c>cpu</c> or <c>onnxruntime</c>; lower case.</summary>
    string Name { get; }

    /// <summary>Says which nodes of a graph, at its original opset, the provider would run.</summary>
    NodeClaims Claim(IGraphView graph);

    /// <summary>Compiles a graph made of nodes the provider claimed.</summary>
    /// <exception cref="ProviderException">It cannot be compiled after all.</exception>
    ICompiledModel Compile(IGraphView subgraph, CompileContext context);
}
