using Inference;
using Inference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Testing
{
    public static void Replace(IServiceCollection services)
    {
        #region testing
        var fake = new FakeModelRunner("ranker", "features: float32[N,4]", "score: float32[N]",
            inputs => new NamedValues { ["score"] = TensorValue.From(new float[(int)inputs["features"].Shape[0]]) });
        services.ReplaceModel("ranker", fake);
        #endregion
    }
}
