using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;

namespace Inference.Optimization.Search;

/// <summary>The analysis of the source, made when it is first needed, for every recipe that quantizes the source itself.</summary>
/// <param name="context">Provides the loader and the progress.</param>
/// <param name="source">The float model.</param>
/// <param name="calibration">Rows to determine ranges on.</param>
internal sealed class SourceAnalysis(OptimizationContext context, OnnxModel source, IDataSource calibration)
{
    private QuantizationAnalysis? _analysis;

    /// <returns>The analysis by the default options; null if the model has no layer that can be quantized.</returns>
    public async Task<QuantizationAnalysis?> GetAsync(CancellationToken cancellationToken) => _analysis ??=
        await QuantizationAnalysis.RunAsync(context, source, ModelPreparation.Prepare(source), calibration, new QuantizeOptions(), cancellationToken).ConfigureAwait(false);
}
