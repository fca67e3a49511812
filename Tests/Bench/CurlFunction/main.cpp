// The yardstick for cold starts: a function in C++ that speaks the Runtime API through the same libcurl, and does
// nothing else. With an argument it first writes one item to DynamoDB, unsigned, as the emulator allows.
#include <curl/curl.h>

#include <cstdlib>
#include <string>

static std::string request_id;

static size_t on_header(char *data, size_t size, size_t count, void *) {
    std::string line(data, size * count);
    static const std::string name = "lambda-runtime-aws-request-id: ";
    if (line.size() > name.size()) {
        std::string start = line.substr(0, name.size());
        for (char &letter : start) letter = static_cast<char>(tolower(letter));
        if (start == name) request_id = line.substr(name.size(), line.find_last_not_of("\r\n") + 1 - name.size());
    }
    return size * count;
}

static size_t on_body(char *data, size_t size, size_t count, void *target) {
    static_cast<std::string *>(target)->append(data, size * count);
    return size * count;
}

static bool perform(CURL *curl, const std::string &url, const std::string *body, curl_slist *headers, std::string &answer) {
    answer.clear();
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    return curl_easy_perform(curl) == CURLE_OK;
}

int main() {
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    const char *table = getenv("BENCH_TABLE");
    const char *endpoint = getenv("AWS_ENDPOINT_URL");
    if (!api) return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    const std::string base = std::string("http://") + api + "/2018-06-01/runtime/invocation/";
    std::string event, answer;
    while (perform(curl, base + "next", nullptr, nullptr, event)) {
        if (table && endpoint) {
            CURL *store = curl_easy_init();
            curl_easy_setopt(store, CURLOPT_WRITEFUNCTION, on_body);
            curl_slist *headers = curl_slist_append(nullptr, "X-Amz-Target: DynamoDB_20120810.PutItem");
            headers = curl_slist_append(headers, "Content-Type: application/x-amz-json-1.0");
            const std::string item = std::string("{\"TableName\":\"") + table +
                                     "\",\"Item\":{\"pk\":{\"S\":\"BENCH\"},\"sk\":{\"S\":\"1\"}}}";
            perform(store, endpoint, &item, headers, answer);
            curl_slist_free_all(headers);
            curl_easy_cleanup(store);
        }
        perform(curl, base + request_id + "/response", &event, nullptr, answer);
    }
    curl_easy_cleanup(curl);
    return 0;
}
