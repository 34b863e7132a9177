namespace Inference.AspNetCore.Rest;

/// <summary>The components of the OpenAPI document.</summary>
internal static class OpenApiSchemas
{
    public const string Json =
        """
        {"schemas":{
        "Error":{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}},
        "Datatype":{"type":"string","enum":["BOOL","UINT8","UINT16","UINT32","UINT64","INT8","INT16","INT32","INT64","FP16","BF16","FP32","FP64","BYTES"]},
        "Shape":{"type":"array","items":{"type":"integer","minimum":0}},
        "InputTensor":{"type":"object","required":["name","shape","datatype"],"properties":{"name":{"type":"string"},"shape":{"$ref":"#/components/schemas/Shape"},"datatype":{"$ref":"#/components/schemas/Datatype"},"parameters":{"type":"object","properties":{"binary_data_size":{"type":"integer","minimum":0}}},"data":{"type":"array","items":{}}}},
        "RequestedOutput":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"parameters":{"type":"object","properties":{"binary_data":{"type":"boolean"},"classification":{"type":"integer","minimum":1}}}}},
        "OutputTensor":{"type":"object","required":["name","shape","datatype"],"properties":{"name":{"type":"string"},"shape":{"$ref":"#/components/schemas/Shape"},"datatype":{"$ref":"#/components/schemas/Datatype"},"parameters":{"type":"object"},"data":{"type":"array","items":{}}}},
        "InferRequest":{"type":"object","required":["inputs"],"properties":{"id":{"type":"string"},"parameters":{"type":"object","properties":{"binary_data_output":{"type":"boolean"},"priority":{"type":"integer","minimum":0},"timeout":{"type":"integer","minimum":0}}},"inputs":{"type":"array","items":{"$ref":"#/components/schemas/InputTensor"}},"outputs":{"type":"array","items":{"$ref":"#/components/schemas/RequestedOutput"}}}},
        "InferResponse":{"type":"object","required":["model_name","outputs"],"properties":{"model_name":{"type":"string"},"model_version":{"type":"string"},"id":{"type":"string"},"parameters":{"type":"object","properties":{"prediction_id":{"type":"string","format":"uuid"}}},"outputs":{"type":"array","items":{"$ref":"#/components/schemas/OutputTensor"}}}},
        "FeedbackReport":{"type":"object","required":["prediction_id","value"],"properties":{"prediction_id":{"type":"string","format":"uuid"},"value":{"type":["number","boolean","string"]},"name":{"type":"string"},"row":{"type":"integer","minimum":0},"at":{"type":"string","format":"date-time"}}},
        "FeedbackRequest":{"type":"object","required":["reports"],"properties":{"reports":{"type":"array","items":{"$ref":"#/components/schemas/FeedbackReport"}}}}
        }}
        """;
}
