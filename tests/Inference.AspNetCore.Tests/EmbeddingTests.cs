using System.ClientModel;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;

namespace Inference.AspNetCore.Tests;

public sealed class EmbeddingTests
{
    [Fact]
    public async Task Embeddings_ClientOfOpenAI_GetsTheVectors()
    {
        await using Served served = await StartAsync();
        var client = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(served.RestAddress, "v1") });
        using IEmbeddingGenerator<string, Embedding<float>> generator = client.GetEmbeddingClient("mini").AsIEmbeddingGenerator();
        GeneratedEmbeddings<Embedding<float>> answer = await generator.GenerateAsync(["ab", "Grüße"]);
        Assert.Equal([2f, 1f / 3], answer[0].Vector.ToArray());
        Assert.Equal([5f, 1f / 3], answer[1].Vector.ToArray());
        Assert.Equal(7, answer.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task Embeddings_AsFloats_AreNumbers()
    {
        await using Served served = await StartAsync();
        HttpResponseMessage response = await served.PostAsync("v1/embeddings", """{"model":"mini","input":"abc","encoding_format":"float","dimensions":1}""");
        JsonNode json = await Served.JsonAsync(response);
        Assert.Equal("[3]", json["data"]![0]!["embedding"]!.ToJsonString());
        Assert.Equal("list", (string?)json["object"]);
        Assert.Equal("mini", (string?)json["model"]);
    }

    [Theory]
    [InlineData("""{"model":"none","input":"a"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"input":"a"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":""}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":[1,2]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":["a",["b"]]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":"a","encoding_format":"hex"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":"a","dimensions":0}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"mini","input":"\ud800"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"min""", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    public async Task Embeddings_Malformed_AreRefusedInOpenAIsForm(string body, HttpStatusCode expected)
    {
        await using Served served = await StartAsync();
        HttpResponseMessage response = await served.PostAsync("v1/embeddings", body);
        Assert.Equal(expected, response.StatusCode);
        Assert.NotEmpty((string)(await Served.JsonAsync(response))["error"]!["message"]!);
    }

    private static Task<Served> StartAsync() => Served.StartAsync(services => services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>("mini", new Lengths()));

    // The length of a text and a constant.
    private sealed class Lengths : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            var embeddings = new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(new float[] { text.Length, 1f / 3 }.AsMemory(0, options?.Dimensions ?? 2))))
            {
                Usage = new UsageDetails { InputTokenCount = texts.Sum(text => text.Length), TotalTokenCount = texts.Sum(text => text.Length) },
            };
            return Task.FromResult(embeddings);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
