using Inference;
using Inference.Caching;
using Inference.Remote;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Remote
{
    public static void Register(IServiceCollection services)
    {
        #region remote-use
        services.AddRemoteModel("ranker", o =>
                {
                    o.Endpoints.Add(new Uri("http://ranker-1:8000"));
                    o.Endpoints.Add(new Uri("http://ranker-2:8000"));
                })
                .UseFallback(o => o.Chain.Add("model:ranker-small"))
                .UseCaching();
        #endregion
    }

    public static async Task Connect()
    {
        #region remote-connect
        await using RemoteModelRunner ranker = await RemoteModelRunner.ConnectAsync("ranker", o =>
        {
            o.Endpoints.Add(new Uri("http://ranker-1:8001"));
            o.Protocol = RemoteProtocol.Grpc;
        });
        #endregion
        Console.WriteLine(ranker.Info.Name);
    }
}
