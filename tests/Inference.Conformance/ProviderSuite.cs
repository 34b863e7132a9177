using Inference.Conformance.Models;
using Inference.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Conformance;

/// <summary>Base of the suites: compiles and runs the models of the catalogue on the provider under test.</summary>
/// <typeparam name="TProvider">The provider under test.</typeparam>
public abstract class ProviderSuite<TProvider>
    where TProvider : IProviderUnderTest, new()
{
    /// <summary>The provider's description.</summary>
    protected TProvider UnderTest { get; } = new();

    /// <summary>The models of the catalogue that the provider runs.</summary>
    protected IEnumerable<ConformanceModel> Supported => ConformanceModels.All.Where(model => UnderTest.Models.Contains(model.Name));

    /// <summary>The smallest of them with dynamic rows, for suites that are about calls and not about operators.</summary>
    protected ConformanceModel Subject => Supported.FirstOrDefault(static model => model.HasDynamicRows)
        ?? throw new InvalidOperationException("The provider runs no model of the catalogue that has dynamic rows; it must run one.");

    /// <summary>Compiles a model on a new provider.</summary>
    protected CompiledModel Compile(ConformanceModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return UnderTest.Create().Compile(model.Graph, NewContext());
    }

    /// <summary>A context without a log.</summary>
    protected static CompileContext NewContext() => new() { Options = new ModelLoadOptions { Threads = 1 }, Logger = NullLogger.Instance };

    /// <summary>Whether the provider claims every node of a model.</summary>
    protected static bool ClaimsAll(ExecutionProvider provider, ConformanceModel model)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(model);
        NodeClaims claims = provider.Claim(model.Graph);
        return model.Graph.Nodes.All(node => claims.Contains(node.Index));
    }

    /// <summary>Runs once with outputs that the provider allocates.</summary>
    protected static ModelValue[] Run(CompiledModel compiled, ConformanceModel model, ModelValue[] inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        ArgumentNullException.ThrowIfNull(model);
        var outputs = new ModelValue?[model.Graph.Outputs.Count];
        compiled.Run(inputs, outputs, cancellationToken);
        Assert.All(outputs, Assert.NotNull);
        return outputs!;
    }

    /// <summary>Runs once on inputs made from a seed and compares with the model's reference.</summary>
    protected static void RunAndCheck(CompiledModel compiled, ConformanceModel model, int seed, int rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelValue[] inputs = model.Inputs(seed, rows);
        ModelValue[] wanted = model.Expected(inputs);
        ModelValue[] got = Run(compiled, model, inputs);
        ValueAssert.Equal(wanted, got, model.Tolerance, $"{model.Name}, seed {seed}, {rows} rows");
        Release(inputs, wanted, got);
    }

    /// <summary>Disposes values.</summary>
    protected static void Release(params ReadOnlySpan<ModelValue[]> groups)
    {
        foreach (ModelValue[] group in groups)
        {
            foreach (ModelValue value in group)
            {
                value.Dispose();
            }
        }
    }
}
